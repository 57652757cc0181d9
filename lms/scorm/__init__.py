"""SCORM packages: how do they come in, where do they run, and what do they tell?"""
