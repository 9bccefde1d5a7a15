"""Which campaigns do an operator's call records show?"""
