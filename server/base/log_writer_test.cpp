#include "server/base/log_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <future>
#include <utility>
#include <vector>

namespace ms {
namespace {

const WallClock::time_point kNow{};

// What an output was given, outliving it.
struct Seen {
  std::vector<std::string> lines;
  bool is_full = false;
  std::promise<void>* has_begun = nullptr;  // Told of the first line.
  std::shared_future<void> may_go_on;
};

class FakeOutput final : public LogOutput {
 public:
  explicit FakeOutput(Seen& seen) : seen_(seen) {}
  bool write(WallClock::time_point, std::string_view line) override {
    if (auto* has_begun = std::exchange(seen_.has_begun, nullptr)) has_begun->set_value();
    if (seen_.may_go_on.valid()) seen_.may_go_on.wait();
    if (!seen_.is_full) seen_.lines.emplace_back(line);
    return !seen_.is_full;
  }

 private:
  Seen& seen_;
};

TEST(LogWriter, WritesLinesInTheOrderInWhichTheyCame) {
  Seen seen;
  {
    LogWriter writer(std::make_unique<FakeOutput>(seen));
    for (int i = 0; i < 100; ++i) writer.take(kNow, std::to_string(i));
  }

  ASSERT_EQ(seen.lines.size(), 100);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(seen.lines[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST(LogWriter, TellsHowManyLinesTheOutputLost) {
  Seen seen;
  LogWriter writer(std::make_unique<FakeOutput>(seen));

  seen.is_full = true;
  writer.take(kNow, "a");
  writer.take(kNow, "b");
  writer.flush();
  seen.is_full = false;
  writer.take(kNow, "c");
  writer.flush();

  ASSERT_EQ(seen.lines.size(), 2);
  EXPECT_NE(seen.lines[0].find("2 log lines before this one were lost"), std::string::npos);
  EXPECT_EQ(seen.lines[1], "c");
}

TEST(LogWriter, TakesNoMoreThanItsLimitWhileTheDiskHangs) {
  std::promise<void> has_begun;
  std::promise<void> go_on;
  Seen seen{.lines = {},
            .is_full = false,
            .has_begun = &has_begun,
            .may_go_on = go_on.get_future().share()};
  LogWriter writer(std::make_unique<FakeOutput>(seen));
  const std::string big(LogWriter::kMaxQueuedBytes / 2, 'x');

  writer.take(kNow, "hangs");
  has_begun.get_future().wait();
  for (int i = 0; i < 10; ++i) writer.take(kNow, big);
  go_on.set_value();
  writer.flush();
  writer.take(kNow, "after");
  writer.flush();

  ASSERT_EQ(seen.lines.size(), 5);  // Two of the ten fit.
  EXPECT_EQ(seen.lines[0], "hangs");
  EXPECT_NE(seen.lines[1].find("8 log lines before this one were lost"), std::string::npos);
  EXPECT_EQ(seen.lines[2].size(), big.size());
  EXPECT_EQ(seen.lines[3].size(), big.size());
  EXPECT_EQ(seen.lines[4], "after");
}

TEST(StreamOutput, LosesLinesRatherThanWaitForAReaderThatStopped) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  ASSERT_GT(fcntl(ends[1], F_SETPIPE_SZ, 4096), 0);
  StreamOutput output(ends[1]);

  EXPECT_TRUE(output.write(kNow, std::string(3000, 'a') + "\n"));
  EXPECT_FALSE(output.write(kNow, std::string(3000, 'b') + "\n"));

  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace ms
