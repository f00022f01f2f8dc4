"""core.secret: every way MicroPython has of showing an object."""

import io
import json
import sys
import unittest

from tomoshibi.core.refusals import SettingRefused
from tomoshibi.core.secret import Secret

PASSWORD = "correct horse"


class TestSecret(unittest.TestCase):
    def test_it_is_given_only_when_asked_for(self):
        self.assertEqual(Secret(PASSWORD).reveal(), PASSWORD)

    def test_no_way_of_printing_shows_it(self):
        secret = Secret(PASSWORD)
        shown = [str(secret), repr(secret), "%s %r" % (secret, secret), "{}".format(secret)]
        shown += [json.dumps({"a": [secret]}), repr(SettingRefused("k", secret, "8 to 63"))]
        out = io.StringIO()
        print(secret, (secret,), {"a": secret}, file=out)
        try:
            raise ValueError(secret)
        except ValueError as error:
            sys.print_exception(error, out)
        shown.append(out.getvalue())
        for text in shown:
            self.assertTrue("(secret)" in text)
            self.assertFalse(PASSWORD in text)

    def test_it_stands_in_json_as_a_text(self):
        self.assertEqual(json.loads(json.dumps({"a": Secret(PASSWORD)})), {"a": "(secret)"})
