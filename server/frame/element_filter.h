// One GStreamer element as a filter: made of a command such as "videobalance saturation=0.0", as on
// the command line of gst-launch. Who may name which element is the caller's concern: nothing is
// made here of a command whose element (elementNameOf()) he refuses.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/frame/gstreamer.h"
#include "server/packet/rtp/types.h"

namespace ms::frame {

struct ElementProperty {
  std::string name;
  std::string value;  // As a text, whatever the property's type: a number, a word of an enum.
};

struct ElementFilter {
  std::string command;
  std::vector<ElementProperty> properties;  // Set since, at most one of a name.

  void set(const ElementProperty& property);
};

// The element that a command names; nothing when it is not exactly one element with properties of
// plain values. Needs no GStreamer.
std::optional<std::string> elementNameOf(std::string_view command);

// Or why GStreamer cannot, in its words.
std::expected<GstPtr<GstElement>, std::string> makeElement(const ElementFilter& filter);

// What is wrong with a filter, or the medium that its element works on: the one input and the one
// output take raw audio or raw video. Starts GStreamer, which takes a while the first time.
std::expected<rtp::MediaKind, std::string> tryFilter(const ElementFilter& filter);

// What is wrong with a property of a filter's element, if anything is.
std::expected<void, std::string> tryProperty(const ElementFilter& filter,
                                             const ElementProperty& property);
std::expected<void, std::string> maybeSetProperty(GstElement* element,
                                                  const ElementProperty& property);

}  // namespace ms::frame
