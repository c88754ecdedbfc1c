// What went wrong in a chain, in the words of the API's Error event.
//
// Source: reference, chapter 18 (Error); INVALID_URI and INVALID_MEDIA are what players tell of a
// URI that names nothing, and of something that is no media.
#pragma once

#include <string>

typedef struct _GError GError;
typedef struct _GstMessage GstMessage;

namespace ms::frame {

struct MediaError {
  std::string type;
  int code = 0;  // GStreamer's, within its kind; 0 with INVALID_URI and INVALID_MEDIA.
  std::string description;

  friend bool operator==(const MediaError&, const MediaError&) = default;
};

// Where it was met: by who reads the URI, or behind, before any media was found or after.
enum class MetWhere { Reading, LookingForMedia, InMedia };

// `element`: who met it; `details`: for developers, may be empty.
MediaError mediaErrorOf(const GError& error, const std::string& element, const std::string& details,
                        MetWhere where);
// Of a message that tells an error.
MediaError mediaErrorOf(GstMessage& message, MetWhere where);

}  // namespace ms::frame
