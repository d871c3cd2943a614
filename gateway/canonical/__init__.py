"""What a business document means to us, whatever it came as: plain models with plain words.

Codes are words where the trade has one (`ship_to`, `each`, `stand_alone`); a code without a word here stays as it was
sent, in capitals, so that nothing is lost. A pair of code and value is always ``kind`` and ``value``. Numbers are decimals
and travel as text in JSON. Knows nothing of X12.
"""
