"""Which way did made-up calls take through made-up providers, and what would each write down?"""
