#include "server/frame/media_error.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

namespace ms::frame {
namespace {

MediaError errorOf(GQuark domain, int code, MetWhere where) {
  std::string text = "what happened";
  const GError error{.domain = domain, .code = code, .message = text.data()};
  return mediaErrorOf(error, "source", "line 1", where);
}

TEST(MediaError, TellsWhatTheUriNames) {
  const MediaError invalid{.type = "INVALID_URI", .code = 0, .description = "Invalid URI"};
  EXPECT_EQ(errorOf(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, MetWhere::Reading), invalid);
  EXPECT_EQ(errorOf(GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN, MetWhere::LookingForMedia),
            invalid);
  EXPECT_EQ(errorOf(GST_URI_ERROR, GST_URI_ERROR_BAD_URI, MetWhere::LookingForMedia), invalid);
}

TEST(MediaError, TellsThatThereIsNoMedia) {
  const MediaError invalid{.type = "INVALID_MEDIA", .code = 0, .description = "Invalid Media"};
  EXPECT_EQ(errorOf(GST_STREAM_ERROR, GST_STREAM_ERROR_TYPE_NOT_FOUND, MetWhere::LookingForMedia),
            invalid);
  EXPECT_EQ(errorOf(GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX, MetWhere::LookingForMedia), invalid);
  EXPECT_EQ(errorOf(GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND, MetWhere::InMedia),
            invalid);
}

TEST(MediaError, HasTheDocumentedTypesAndGStreamersCode) {
  struct Case {
    GQuark domain;
    int code;
    MetWhere where;
    const char* type;
  };
  for (const Case& one : {
           Case{GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ, MetWhere::Reading,
                "RESOURCE_ERROR_OPEN"},
           Case{GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED, MetWhere::Reading,
                "RESOURCE_ERROR_OPEN"},
           Case{GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE, MetWhere::InMedia,
                "RESOURCE_ERROR_WRITE"},
           Case{GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT, MetWhere::InMedia,
                "RESOURCE_ERROR_NO_SPACE_LEFT"},
           Case{GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED, MetWhere::Reading,
                "RESOURCE_ERROR_OPEN"},
           Case{GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED, MetWhere::InMedia,
                "STREAM_ERROR_FAILED"},
           Case{GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE, MetWhere::InMedia,
                "STREAM_ERROR_DECODE"},
           Case{GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT, MetWhere::InMedia,
                "UNEXPECTED_ELEMENT_ERROR"},
       }) {
    const MediaError error = errorOf(one.domain, one.code, one.where);
    EXPECT_EQ(error.type, one.type);
    EXPECT_EQ(error.code, one.code);
    EXPECT_EQ(error.description, "Error code " + std::to_string(one.code) +
                                     ": what happened, element: source, debug info: line 1");
  }
}

}  // namespace
}  // namespace ms::frame
