#include "server/app/glib_log.h"

#include <gtest/gtest.h>

#define G_LOG_DOMAIN "libtest"
#include <glib.h>

#include <memory>
#include <string>
#include <vector>

#include "server/base/log_sink.h"

namespace ms::app {
namespace {

class Collected final : public LogSink {
 public:
  void take(WallClock::time_point, std::string line) override { lines.push_back(line); }
  std::vector<std::string> lines;
};

TEST(GlibLog, GoesToOurLogUnderItsCategory) {
  const auto sink = std::make_shared<Collected>();
  installLogSink(sink, LogColours::Off);
  routeGlibLog();

  g_warning("something\nodd");
  g_debug("nobody asked for this");

  installLogSink(nullptr, LogColours::Off);
  ASSERT_EQ(sink->lines.size(), 1);
  EXPECT_NE(sink->lines[0].find(" warning glib "), std::string::npos) << sink->lines[0];
  EXPECT_TRUE(sink->lines[0].ends_with("<libtest> something\\nodd\n")) << sink->lines[0];
}

}  // namespace
}  // namespace ms::app
