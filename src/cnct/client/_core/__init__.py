"""What decides, without I/O: requests and answers, retries, errors, paging, URLs.

Plain functions, and generators that yield what they want done and are sent the outcome.
"""
