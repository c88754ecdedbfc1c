"""The total of a stage says what the programs said, and a program that died is not forgotten."""
import unittest

from count_tests import count


class CountTests(unittest.TestCase):
    def counts(self, expected, text):
        self.assertEqual(count(text.splitlines()), expected)

    def test_each_test_of_a_program_counts(self):
        self.counts((2, 0), "1: [       OK ] Nack.IsSent (0 ms)\n1: [       OK ] All/Nack.IsSent/0 (12 ms)\n"
                            "1/1 Test  #1: ms_rtp_test ......................   Passed    1.06 sec\n")

    def test_a_failed_test_counts_once_though_it_is_listed_again(self):
        self.counts((1, 1), "1: [       OK ] Nack.IsSent (0 ms)\n1: [  FAILED  ] Nack.GivesUp (0 ms)\n"
                            "1: [  FAILED  ] 1 test, listed below:\n1: [  FAILED  ] Nack.GivesUp\n"
                            "1/1 Test  #1: ms_rtp_test ......................***Failed    1.06 sec\n")

    def test_a_failed_test_with_a_parameter_counts(self):
        self.counts((0, 1), "1: [  FAILED  ] All/Nack.GivesUp/1, where GetParam() = 7 (0 ms)\n"
                            "1/1 Test  #1: ms_rtp_test ......................***Failed    1.06 sec\n")

    def test_a_crash_is_a_failure_besides_what_had_passed(self):
        self.counts((1, 1), "1: [       OK ] Nack.IsSent (0 ms)\n1: [ RUN      ] Nack.GivesUp\n"
                            "1/1 Test  #1: ms_rtp_test ......................***Exception: SegFault  0.06 sec\n")

    def test_a_program_that_says_nothing_at_all_is_one_test(self):
        self.counts((1, 2), "1/3 Test  #1: candidate_fuzz.ReplaysItsCorpus ....   Passed    0.06 sec\n"
                            "2/3 Test  #2: compound_fuzz.ReplaysItsCorpus .....***Timeout 240.06 sec\n"
                            "3/3 Test  #3: gone_fuzz.ReplaysItsCorpus .........***Not Run   0.00 sec\n")

    def test_output_of_two_programs_at_once_is_told_apart(self):
        self.counts((2, 1), "1: [       OK ] Nack.IsSent (0 ms)\n2: [  FAILED  ] Sdp.IsRead (0 ms)\n2: [       OK ] Sdp.IsWritten (0 ms)\n"
                            "2/2 Test  #2: ms_sdp_test ........***Failed    1.06 sec\n1/2 Test  #1: ms_rtp_test ...   Passed    1.06 sec\n")

    def test_no_program_is_a_failure(self):
        self.counts((0, 1), "No tests were found!!!\n")


if __name__ == "__main__":
    unittest.main()
