"""How is a trace shown to people and handed to other programs?"""
