#include "server/http/content_type.h"

#include <gtest/gtest.h>

namespace ms::http {
namespace {

TEST(ContentType, OfMediaIsTheBodyItself) {
  for (const char* text : {"video/webm", "application/octet-stream", "video/mp4; codecs=\"avc1\"",
                           "AUDIO/ogg", "application/x-www-form-urlencoded"}) {
    const auto type = parseContentType(text);
    ASSERT_TRUE(type) << text;
    EXPECT_FALSE(type->isForm()) << text;
  }
}

TEST(ContentType, OfAFormHasABoundary) {
  EXPECT_EQ(parseContentType("multipart/form-data; boundary=----WebKitFormBoundaryX")->boundary,
            "----WebKitFormBoundaryX");
  EXPECT_EQ(parseContentType("Multipart/Form-Data;charset=utf-8 ; BOUNDARY=\"a b:c\"")->boundary,
            "a b:c");
}

TEST(ContentType, ThatIsNoneIsRefused) {
  for (const std::string& text :
       {std::string(), std::string("video"), std::string("/webm"), std::string("video/"),
        std::string("vid eo/webm"), std::string("multipart/form-data"),
        std::string("multipart/form-data; boundary="),
        std::string("multipart/form-data; boundary=\"a\x01\""),
        std::string("multipart/form-data; boundary=\"a \""),
        std::string("multipart/mixed; boundary=a"),
        "multipart/form-data; boundary=" + std::string(71, 'x')})
    EXPECT_FALSE(parseContentType(text)) << text;
}

TEST(HeaderParameter, IsFoundInQuotesAndWithout) {
  const std::string value = R"(form-data; name="x; filename=no"; filename="a \"b\".webm")";
  EXPECT_EQ(headerParameter(value, "filename"), "a \"b\".webm");
  EXPECT_EQ(headerParameter(value, "name"), "x; filename=no");
  EXPECT_EQ(headerParameter(value, "other"), std::nullopt);
  EXPECT_EQ(headerParameter("a; b=\"unfinished", "b"), "\"unfinished");
  EXPECT_EQ(headerParameter("a; b=\"\\\"", "b"), "\\");
}

TEST(CookieValue, IsThatOfTheWholeName) {
  EXPECT_EQ(cookieValue("a=1; HttpEPCookie=x-1; b=2", "HttpEPCookie"), "x-1");
  EXPECT_EQ(cookieValue("NotHttpEPCookie=x", "HttpEPCookie"), std::nullopt);
  EXPECT_EQ(cookieValue("HttpEPCookieX=x", "HttpEPCookie"), std::nullopt);
  EXPECT_EQ(cookieValue("HttpEPCookie=\"q\"", "HttpEPCookie"), "q");
  EXPECT_EQ(cookieValue(";;", "HttpEPCookie"), std::nullopt);
}

}  // namespace
}  // namespace ms::http
