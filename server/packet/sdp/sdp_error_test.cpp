#include "server/packet/sdp/sdp_error.h"

#include <gtest/gtest.h>

#include <string>

namespace ms::sdp {
namespace {

TEST(SdpError, HasTheMessagesThatApplicationsKnow) {
  EXPECT_EQ(kSdpErrorCode, 40201);
  EXPECT_STREQ(message(SdpError::EmptyOffer), "Empty offer not valid");
  EXPECT_STREQ(message(SdpError::EmptyAnswer), "Empty answer not valid");
  EXPECT_STREQ(message(SdpError::NotSdp), "Invalid SDP");
  for (const SdpError error :
       {SdpError::MalformedLine, SdpError::TooLong, SdpError::TooManyLines, SdpError::TooManyMedia,
        SdpError::TooManyAttributes, SdpError::TooManyFormats, SdpError::AnswerDoesNotFitOffer})
    EXPECT_STREQ(message(error), "Error parsing SDP");
}

TEST(SdpError, HasAReasonForTheLog) {
  for (int error = 0; error <= static_cast<int>(SdpError::NotARestart); ++error)
    EXPECT_NE(reason(static_cast<SdpError>(error)), std::string());
}

}  // namespace
}  // namespace ms::sdp
