#include "server/frame/media_error.h"

#include "server/frame/gstreamer.h"

namespace ms::frame {
namespace {

const MediaError kInvalidUri{.type = "INVALID_URI", .code = 0, .description = "Invalid URI"};
const MediaError kInvalidMedia{.type = "INVALID_MEDIA", .code = 0, .description = "Invalid Media"};

const char* resourceErrorType(int code) {
  switch (code) {
    case GST_RESOURCE_ERROR_OPEN_READ:
    case GST_RESOURCE_ERROR_OPEN_WRITE:
    case GST_RESOURCE_ERROR_OPEN_READ_WRITE:
    case GST_RESOURCE_ERROR_NOT_AUTHORIZED:
      return "RESOURCE_ERROR_OPEN";
    case GST_RESOURCE_ERROR_WRITE:
      return "RESOURCE_ERROR_WRITE";
    case GST_RESOURCE_ERROR_NO_SPACE_LEFT:
      return "RESOURCE_ERROR_NO_SPACE_LEFT";
    default:
      return "UNEXPECTED_ELEMENT_ERROR";
  }
}

const char* streamErrorType(int code) {
  switch (code) {
    case GST_STREAM_ERROR_DECODE:
      return "STREAM_ERROR_DECODE";
    case GST_STREAM_ERROR_FAILED:
      return "STREAM_ERROR_FAILED";
    default:
      return "UNEXPECTED_ELEMENT_ERROR";
  }
}

bool isNoMedia(const GError& error, MetWhere where) {
  if (error.domain != GST_STREAM_ERROR) return false;
  return where == MetWhere::LookingForMedia || error.code == GST_STREAM_ERROR_TYPE_NOT_FOUND ||
         error.code == GST_STREAM_ERROR_WRONG_TYPE ||
         error.code == GST_STREAM_ERROR_CODEC_NOT_FOUND;
}

// A scheme that nobody can read is missing a plug-in, or a resource that failed.
bool isNoUri(const GError& error, MetWhere where) {
  if (error.domain == GST_RESOURCE_ERROR && error.code == GST_RESOURCE_ERROR_NOT_FOUND) return true;
  if (where == MetWhere::InMedia) return false;
  return (error.domain == GST_RESOURCE_ERROR && error.code == GST_RESOURCE_ERROR_FAILED) ||
         (error.domain == GST_CORE_ERROR && error.code == GST_CORE_ERROR_MISSING_PLUGIN) ||
         error.domain == GST_URI_ERROR;
}

std::string typeOf(const GError& error, MetWhere where) {
  if (error.domain == GST_RESOURCE_ERROR) return resourceErrorType(error.code);
  if (error.domain != GST_STREAM_ERROR) return "UNEXPECTED_ELEMENT_ERROR";
  // A web server that does not answer is a stream that failed, to who reads it.
  if (where == MetWhere::Reading && error.code == GST_STREAM_ERROR_FAILED)
    return "RESOURCE_ERROR_OPEN";
  return streamErrorType(error.code);
}

}  // namespace

MediaError mediaErrorOf(const GError& error, const std::string& element, const std::string& details,
                        MetWhere where) {
  if (isNoUri(error, where)) return kInvalidUri;
  if (isNoMedia(error, where)) return kInvalidMedia;
  return {.type = typeOf(error, where),
          .code = error.code,
          .description = "Error code " + std::to_string(error.code) + ": " + error.message +
                         ", element: " + element +
                         (details.empty() ? "" : ", debug info: " + details)};
}

MediaError mediaErrorOf(GstMessage& message, MetWhere where) {
  GError* raw_error = nullptr;
  gchar* raw_details = nullptr;
  gst_message_parse_error(&message, &raw_error, &raw_details);
  const GstPtr<GError> error(raw_error);
  const GstPtr<gchar> details(raw_details), element(gst_object_get_name(GST_MESSAGE_SRC(&message)));
  return mediaErrorOf(*error, element.get(), details ? details.get() : "", where);
}

}  // namespace ms::frame
