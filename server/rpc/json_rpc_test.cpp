#include "server/rpc/json_rpc.h"

#include <gtest/gtest.h>

namespace ms::rpc {
namespace {

TEST(JsonRpc, WritesCompactAsciiWithSortedKeys) {
  Json::Value value(Json::objectValue);
  value["b"] = "é\x01";
  value["a"] = 1;
  EXPECT_EQ(writeJson(value), R"({"a":1,"b":"\u00e9\u0001"})");
}

TEST(JsonRpc, WritesBytesThatAreNoUtf8AsAscii) {
  for (const char c : writeJson(Json::Value("\xff\xc0\x80"))) EXPECT_GE(c, 0x20);
}

TEST(JsonRpc, ReadsWhatItWrites) {
  const std::string text = R"({"a":[1,-2,1.5,"x",null,true],"b":{"c":{}}})";
  EXPECT_EQ(writeJson(*parseJson(text, 10)), text);
}

TEST(JsonRpc, BoundsTheDepth) {
  EXPECT_TRUE(parseJson("[[[1]]]", 5));
  EXPECT_FALSE(parseJson("[[[[[[1]]]]]]", 5));
}

TEST(JsonRpc, AddsTheNameOfACode) {
  const model::ApiError error(model::ErrorCode::SdpParseError, "bad");
  EXPECT_EQ(writeJson(makeError(Json::Value(3), error)),
            R"({"error":{"code":40201,"data":{"type":"SDP_PARSE_ERROR"},"message":"bad"},)"
            R"("id":3,"jsonrpc":"2.0"})");
}

}  // namespace
}  // namespace ms::rpc
