#include "server/model/api_error.h"

#include <gtest/gtest.h>

namespace ms::model {
namespace {

TEST(ApiError, CarriesCodeAndMessage) {
  const ApiError error(ErrorCode::MarshallError, "text");
  EXPECT_EQ(error.code(), ErrorCode::MarshallError);
  EXPECT_STREQ(error.what(), "text");
}

TEST(ErrorTypeName, IsTheNameOfTheProtocol) {
  EXPECT_EQ(errorTypeName(ErrorCode::MarshallError), "MARSHALL_ERROR");
  EXPECT_EQ(errorTypeName(ErrorCode::MediaObjectNotFound), "MEDIA_OBJECT_NOT_FOUND");
  EXPECT_EQ(errorTypeName(ErrorCode::MediaObjectIllegalParam), "MEDIA_OBJECT_ILLEGAL_PARAM_ERROR");
  EXPECT_EQ(errorTypeName(ErrorCode::PlayerSeekFail), "PLAYER_SEEK_FAIL");
}

TEST(ErrorTypeName, KeepsTheMisspeltNamesThatClientsKnow) {
  EXPECT_EQ(errorTypeName(ErrorCode::SdpAnswerAlreadyProcessed),
            "SDP_END_POINT_ANSWER_ALREADY_PROCCESED");
  EXPECT_EQ(errorTypeName(ErrorCode::SdpCannotCreateSession), "SDP_END_POINT_CANNOT_CREATE_SESSON");
}

TEST(ErrorTypeName, IsEmptyForTheCodesOfJsonRpc) {
  EXPECT_EQ(errorTypeName(ErrorCode::InternalError), "");
  EXPECT_EQ(errorTypeName(ErrorCode::ServerError), "");
}

TEST(ErrorTypeName, IsUndefinedWhereTheProtocolHasNoName) {
  EXPECT_EQ(errorTypeName(ErrorCode::ServerManagerKmdNotFound), "UNDEFINED");
  EXPECT_EQ(errorTypeName(static_cast<ErrorCode>(49001)), "UNDEFINED");
}

}  // namespace
}  // namespace ms::model
