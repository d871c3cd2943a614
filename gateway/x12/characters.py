"""The character sets of X12.6: basic and extended. What is in neither, a partner may send only where UTF-8 is agreed.

Serves X12.6 section 3.3.
"""

from __future__ import annotations

import string

BASIC = frozenset(string.ascii_uppercase + string.digits + " !\"&'()*+,-./:;?=")
LANGUAGES = frozenset("ÀÁÂÄàáâäÈÉÊèéêëÌÍÎìíîïÒÓÔÖòóôöÙÚÛÜùúûüÇçÑñ¿¡")  # The letters that X12.6 selects.
EXTENDED = BASIC | frozenset(string.ascii_lowercase + "%~@[]_{}\\|<>^`#$") | LANGUAGES
