"""node.verify_log: the node itself finds each manipulation of its log, with a key and without."""

import asyncio
import unittest

from nor_flash import NorFlash
from tomoshibi.registers.event_log import EventLog

RECORD = 64
KEY = bytes(range(32))
COUNT = 70  # beyond the first sector of 63


def event(kind):
    return (kind, 1, 2, 3, 0, 1, 5, 250, 9_825, 3_600, 2, 0, 1, 100, 1_010, -1)


def logged(key):
    memory = bytearray(b"\xff" * (4 * 4096))
    log = EventLog(NorFlash(memory))
    log.use_key(key)
    for number in range(COUNT):
        log.append(event(number))
    return memory, log


def put(memory, number, record):
    """Into the place of the event of this number, of the first sector."""
    memory[RECORD * number : RECORD * (number + 1)] = record


def taken(memory, number):
    return bytes(memory[RECORD * number : RECORD * (number + 1)])


def verified(log):
    # Imported here: it is let go when it has answered.
    from tomoshibi.node.verify_log import verify

    said = []
    asyncio.run(verify(log, said.append))
    (answer,) = said
    return answer


def remove(memory):
    put(memory, 9, bytes(RECORD))


def alter(memory):
    memory[RECORD * 9] ^= 1


def repeat(memory):
    put(memory, 10, taken(memory, 9))


def swap(memory):
    ninth = taken(memory, 9)
    put(memory, 9, taken(memory, 10))
    put(memory, 10, ninth)


def cut_off(memory):
    last = 4096 + RECORD * (COUNT - 63)
    memory[last : last + RECORD] = b"\xff" * RECORD


class TestVerify(unittest.TestCase):
    def test_a_whole_log_is_proved_and_the_log_goes_on_meanwhile(self):
        for key in (b"", KEY):
            memory, log = logged(key)
            answer = verified(log)
            self.assertEqual((answer["keyed"], answer["wrong"]), (bool(key), 0))
            self.assertEqual((answer["whole"], answer["end"]), (COUNT, COUNT))
            self.assertEqual(answer["proved"], COUNT if key else 0)
            self.assertTrue(log.append(event(1)))

    def test_each_manipulation_is_found_and_located(self):
        for change, fault, first, sector, slot in (
            (remove, "removed", 9, 0, 10),
            (alter, "altered", 9, 0, 9),
            (repeat, "repeated", 9, 0, 10),
            (swap, "out of order", 10, 0, 9),
            (cut_off, "removed", COUNT, 1, 64),
        ):
            for key in (b"", KEY):
                memory, log = logged(key)
                change(memory)
                answer = verified(log)
                found = [answer[name] for name in ("fault", "first", "sector", "slot")]
                with self.subTest(fault=fault, key=key):
                    self.assertEqual(found, [fault, first, sector, slot])
                    self.assertGreater(answer["wrong"], 0)

    def test_other_jobs_go_on_and_what_they_log_is_walked_too(self):
        memory, log = logged(KEY)
        turns = []

        async def other():
            while True:
                turns.append(log.append(event(len(turns))))
                await asyncio.sleep_ms(0)

        async def both():
            from tomoshibi.node.verify_log import verify

            task, said = asyncio.create_task(other()), []
            await verify(log, said.append)
            task.cancel()
            return said[0]

        answer = asyncio.run(both())
        self.assertGreater(len(turns), 7)
        self.assertEqual((answer["wrong"], answer["end"]), (0, COUNT + len(turns)))
