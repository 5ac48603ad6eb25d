#!/usr/bin/python3
"""No source asks what time of day it is: waiting and measuring go by clocks that only run, so that a computer's clock may
jump in mid-run.
"""
import pathlib
import re
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
TIME_OF_DAY = (r"\b(system_clock|high_resolution_clock|CLOCK_REALTIME|gettimeofday|g_get_real_time|g_get_current_time"
               r"|g_date_time_new_now\w*)\b|\btime\s*\(\s*(nullptr|NULL|0)\s*\)")


class Clock(unittest.TestCase):
    def test_the_rule_finds_what_it_looks_for(self):
        for call in ("std::chrono::system_clock::now()", "time(nullptr)", "std::time(NULL)", "g_get_real_time()"):
            self.assertRegex(call, TIME_OF_DAY)
        self.assertNotRegex("steady_clock::now(); g_get_monotonic_time(); run_time(0)", TIME_OF_DAY)

    def test_no_source_asks_for_the_time_of_day(self):
        found = [(path.name, match[0]) for room in ("core", "plugin") for path in (TOP / room).rglob("*.[ch]pp")
                 for match in re.finditer(TIME_OF_DAY, path.read_text())]
        self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main()
