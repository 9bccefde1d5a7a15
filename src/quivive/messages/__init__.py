"""Texts, mails, chats: what do they say, who sent them, and is it a scam?"""
