"""How is money taken online, at a provider, and given back?"""
