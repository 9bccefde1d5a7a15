"""What does a SIP message say: who calls whom, through what, and what is wrong with it?"""
