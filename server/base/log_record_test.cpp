#include "server/base/log_record.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace ms {
namespace {

using namespace std::chrono_literals;

class LogRecordText : public testing::Test {
 protected:
  LogRecordText() {
    setenv("TZ", "UTC", 1);
    tzset();
  }
  LogRecord record_{.at = WallClock::time_point(1528998283s + 918243us + 101s),
                    .process_id = 13006,
                    .thread_id = 0x7f59401f5880,
                    .level = LogLevel::Info,
                    .category = "KurentoMediaServer",
                    .file = "server/main.cpp",
                    .line = 255,
                    .function = "main",
                    .object = {},
                    .message = "started"};
};

TEST_F(LogRecordText, HasTheDocumentedFields) {
  EXPECT_EQ(writeRecord(record_, LogColours::Off),
            "2018-06-14T17:46:24,918243 13006 0x00007f59401f5880 info KurentoMediaServer "
            "main.cpp:255 main() started\n");
}

TEST_F(LogRecordText, NamesTheObjectWhenThereIsOne) {
  record_.object = "webrtc0";

  EXPECT_TRUE(writeRecord(record_, LogColours::Off).ends_with("main() <webrtc0> started\n"));
}

TEST_F(LogRecordText, ColoursOnlyTheLevel) {
  const auto text = writeRecord(record_, LogColours::On);

  EXPECT_NE(text.find(" \033[32minfo\033[0m KurentoMediaServer"), std::string::npos);
  EXPECT_EQ(writeRecord(record_, LogColours::Off).find('\033'), std::string::npos);
}

TEST_F(LogRecordText, StaysOneLineWhateverAPeerSent) {
  record_.message = "v=0\r\n2018-06-14T00:00:00,000000 1 0x1 error forged main.cpp:1 main() x\n";
  record_.object = "a\nb";

  const auto text = writeRecord(record_, LogColours::Off);

  EXPECT_EQ(text.find('\n'), text.size() - 1);
  EXPECT_NE(text.find("<a\\nb> v=0\\r\\n2018"), std::string::npos);
}

TEST_F(LogRecordText, CutsALongMessageAndSaysSo) {
  const std::string message(kMaxLogMessage + 5, 'x');
  record_.message = message;

  const auto text = writeRecord(record_, LogColours::Off);

  EXPECT_TRUE(text.ends_with("x [5 bytes left out]\n"));
  EXPECT_LT(text.size(), kMaxLogMessage + 200);
}

TEST(EscapeControls, KeepsTextAndEscapesWhatATerminalObeys) {
  const std::pair<std::string, std::string> cases[] = {
      {"text \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "text \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
      {"a\tb", "a\\tb"},
      {std::string("a\0b", 3), "a\\x00b"},
      {"\033[31mred", "\\x1b[31mred"},
      {"\x7f", "\\x7f"},
      {"\xc2\x9b", "\\xc2\\x9b"},                    // C1: control sequence introducer.
      {"\xe2\x80\xae", "\\xe2\\x80\\xae"},           // U+202E, right to left override.
      {"\xe2\x80\xa8", "\\xe2\\x80\\xa8"},           // U+2028, line separator.
      {"\xe2\x81\xa6", "\\xe2\\x81\\xa6"},           // U+2066, left to right isolate.
      {"\xff", "\\xff"},                             // Never in UTF-8.
      {"\xc3", "\\xc3"},                             // Cut sequence.
      {"\xc0\xaf", "\\xc0\\xaf"},                    // Overlong.
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // Surrogate.
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // Above U+10FFFF.
  };
  for (const auto& [text, wanted] : cases) EXPECT_EQ(escapeControls(text), wanted) << text;
}

}  // namespace
}  // namespace ms
