"""What may spreadsheets and business-intelligence tools read, and is what they read right?"""
