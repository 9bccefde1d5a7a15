"""Which certificate signed the call, and who vouches for it (RFC 8226, ATIS-1000080)?"""
