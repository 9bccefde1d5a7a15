"""Pictures and video: what stands in them, and what can be proven about them?"""
