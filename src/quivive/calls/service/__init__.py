"""How do calls get their verdict while they are set up, and their signature before they leave?"""
