"""Which calls does a packet capture hold, and what was said in them?"""
