"""Runs one case of Eclipse Paho's interoperability tests against a broker: its folder, the module, the case, the port.

The suite's own main cannot be told a port by all of its versions, and shares clients between cases; here each case is a process.
Exit code 0: it passed. The last line of standard output says what was wrong.
"""

import importlib
import logging
import sys
import unittest

folder, name, case, port = sys.argv[1:]
sys.path.insert(0, folder)
logging.getLogger().setLevel(logging.CRITICAL)
suite = importlib.import_module(name)
# What its main would set.
suite.host = "127.0.0.1"
suite.port = int(port)
suite.topic_prefix = "client_test5/"
suite.topics = ("TopicA", "TopicA/B", "Topic/C", "TopicA/C", "/TopicA")
suite.wildtopics = ("TopicA/+", "+/C", "#", "/#", "/+", "+/+", "TopicA/#")
suite.nosubscribe_topics = ("test/nosubscribe",)

result = unittest.TestResult()
unittest.defaultTestLoader.loadTestsFromName(case, suite.Test).run(result)
wrong = [text for _, text in result.failures + result.errors]
print(wrong[0].strip().splitlines()[-1][:160] if wrong else "passed")
sys.stdout.flush()
sys.exit(0 if result.testsRun == 1 and result.wasSuccessful() else 1)
