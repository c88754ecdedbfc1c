#include "server/base/log_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "server/base/uuid.h"

namespace ms {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

const WallClock::time_point kNoon{1546257600s};  // 2018-12-31T12:00:00Z

std::string textOf(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class LogFilesTest : public testing::Test {
 protected:
  LogFilesTest() : folder_(fs::temp_directory_path() / ("log-" + makeUuid())) {
    setenv("TZ", "UTC", 1);
    tzset();
    fallback_ = memfd_create("fallback", MFD_CLOEXEC);
  }
  ~LogFilesTest() override {
    close(fallback_);
    fs::remove_all(folder_);
  }
  LogFiles make(std::uint64_t bytes, std::size_t count) {
    return LogFiles({.folder = folder_, .max_file_bytes = bytes, .max_files = count}, fallback_);
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_))
      names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }
  std::string name(const char* time, const char* number) const {
    return std::string(time) + "." + number + ".pid" + std::to_string(getpid()) + ".log";
  }
  std::string fallbackText() const { return textOf("/proc/self/fd/" + std::to_string(fallback_)); }

  const fs::path folder_;
  int fallback_ = -1;
};

TEST_F(LogFilesTest, NamesAFileByTimeNumberAndProcess) {
  auto files = make(1000, 3);

  EXPECT_EQ(files.open(kNoon), "");
  EXPECT_TRUE(files.write(kNoon, "line\n"));

  EXPECT_EQ(names(), std::vector{name("2018-12-31T120000", "00000")});
  EXPECT_EQ(textOf(folder_ / names()[0]), "line\n");
}

TEST_F(LogFilesTest, BeginsANewFileBeforeTheSizeIsPassed) {
  auto files = make(10, 9);
  files.open(kNoon);

  files.write(kNoon, "12345\n");
  files.write(kNoon + 1s, "678\n");
  files.write(kNoon + 2s, "9\n");

  ASSERT_EQ(names(),
            (std::vector{name("2018-12-31T120000", "00000"), name("2018-12-31T120002", "00001")}));
  EXPECT_EQ(textOf(folder_ / names()[0]), "12345\n678\n");
  EXPECT_EQ(textOf(folder_ / names()[1]), "9\n");
}

TEST_F(LogFilesTest, BeginsANewFileAtMidnight) {
  auto files = make(1000, 9);
  files.open(kNoon);

  files.write(kNoon + 12h - 1us, "old year\n");
  files.write(kNoon + 12h, "new year\n");

  ASSERT_EQ(names().size(), 2);
  EXPECT_EQ(names()[1], name("2019-01-01T000000", "00001"));
  EXPECT_EQ(textOf(folder_ / names()[1]), "new year\n");
}

TEST_F(LogFilesTest, RemovesTheOldestOfAnyProcessAndNothingElse) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "2018-12-30T000000.00007.pid1.log") << "x";
  std::ofstream(folder_ / "2018-12-29T000000.00000.pid99999.log") << "x";
  std::ofstream(folder_ / "errors.log") << "x";
  std::ofstream(folder_ / "2018-12-29T000000.00000.pid1.log.gz") << "x";

  auto files = make(1000, 2);
  files.open(kNoon);

  EXPECT_EQ(names(), (std::vector<std::string>{"2018-12-29T000000.00000.pid1.log.gz",
                                               "2018-12-30T000000.00007.pid1.log",
                                               name("2018-12-31T120000", "00000"), "errors.log"}));
}

TEST_F(LogFilesTest, MakesAFolderAgainThatVanished) {
  auto files = make(1000, 3);
  files.open(kNoon);
  files.write(kNoon, "a\n");

  fs::remove_all(folder_);
  EXPECT_TRUE(files.write(kNoon + LogFiles::kCheckEvery, "b\n"));

  ASSERT_EQ(names().size(), 1);
  EXPECT_EQ(textOf(folder_ / names()[0]), "b\n");
}

TEST_F(LogFilesTest, WritesToTheFallbackWhileTheFolderCannotBeMade) {
  std::ofstream(folder_) << "a file is in the way";
  auto files = make(1000, 3);

  EXPECT_NE(files.open(kNoon).find(folder_), std::string::npos);
  files.write(kNoon, "a\n");
  fs::remove(folder_);
  files.write(kNoon + 1s, "b\n");
  files.write(kNoon + LogFiles::kRetryAfter, "c\n");

  EXPECT_EQ(fallbackText(), "a\nb\n");
  ASSERT_EQ(names().size(), 1);
  EXPECT_EQ(textOf(folder_ / names()[0]), "c\n");
}

TEST_F(LogFilesTest, BeginsAFreshLineAfterAFullDiskCutOne) {
  // A limit of file size behaves as a full disk does: a short write, then an error.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  auto files = make(1000, 3);
  files.open(kNoon);

  const rlimit full{.rlim_cur = 3, .rlim_max = old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &full);
  EXPECT_FALSE(files.write(kNoon, "12345\n"));
  EXPECT_FALSE(files.write(kNoon, "lost\n"));
  setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_TRUE(files.write(kNoon, "whole\n"));

  EXPECT_EQ(textOf(folder_ / names()[0]), "123\nwhole\n");
}

TEST(LogFileName, IsToldFromOtherNames) {
  EXPECT_TRUE(isLogFileName("2018-12-31T235959.00000.pid13006.log"));
  for (const char* other : {"", "errors.log", "2018-12-31T235959.00000.pid.log",
                            "2018-12-31T235959.00000.pid1.log.gz", "2018-12-31.00000.pid1.log"})
    EXPECT_FALSE(isLogFileName(other)) << other;
}

}  // namespace
}  // namespace ms
