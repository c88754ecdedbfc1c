#include "server/demo/static_files.h"

#include <gtest/gtest.h>

#include <regex>
#include <string>

namespace ms::demo {
namespace {

TEST(StaticFiles, GivesThePageForTheRoot) {
  const auto page = findFile("/");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
  EXPECT_TRUE(page->body.starts_with("<!doctype html>"));
  EXPECT_TRUE(page->body.ends_with("</html>\n"));
}

TEST(StaticFiles, IgnoresTheQuery) { EXPECT_TRUE(findFile("/?again=1")); }

TEST(StaticFiles, FindsNothingElse) {
  EXPECT_FALSE(findFile("/kurento"));
  EXPECT_FALSE(findFile("/../demo.js"));
  EXPECT_FALSE(findFile("demo.js"));
  EXPECT_FALSE(findFile(""));
}

// Every file a file refers to is there, and nothing comes from another place.
TEST(StaticFiles, ReferToOneAnotherOnly) {
  static const std::regex reference(R"re((?:src|href)="([^"]+)"|from '([^']+)')re");
  for (const char* path : {"/", "/demo.js", "/loopback_call.js"}) {
    const auto file = findFile(path);
    ASSERT_TRUE(file) << path;
    const std::string text(file->body);
    for (std::sregex_iterator match(text.begin(), text.end(), reference), end; match != end;
         ++match) {
      std::string target = (*match)[1].matched ? (*match)[1] : (*match)[2];
      if (target.starts_with("data:")) continue;
      if (target.starts_with("./")) target = target.substr(2);
      EXPECT_TRUE(findFile("/" + target)) << path << " refers to " << target;
    }
  }
}

}  // namespace
}  // namespace ms::demo
