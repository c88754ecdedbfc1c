#include "server/frame/element_filter.h"

#include <algorithm>

namespace ms::frame {
namespace {

using rtp::MediaKind;

bool isNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Words, separated by blanks outside of quotes. Nothing when a quote is left open, or stands where
// gst-launch would not read it as one: that is, not around a whole value.
std::optional<std::vector<std::string_view>> wordsOf(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t begin = std::string_view::npos;
  char quote = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ' ';
    const bool is_blank = !quote && isBlank(c);
    if (is_blank && begin != std::string_view::npos) {
      words.push_back(text.substr(begin, i - begin));
      begin = std::string_view::npos;
    }
    if (is_blank) continue;
    if (begin == std::string_view::npos) begin = i;
    const bool is_quote = c == '"' || c == '\'';
    if (c == '\\') {
      ++i;  // The next one means nothing.
    } else if (quote && c == quote) {
      quote = 0;
      if (i + 1 < text.size() && !isBlank(text[i + 1])) return std::nullopt;
    } else if (!quote && is_quote) {
      if (i == begin || text[i - 1] != '=') return std::nullopt;
      quote = c;
    }
  }
  if (quote) return std::nullopt;
  return words;
}

// As gst-launch reads it: without the quotes around it, and without backslashes.
std::string plainValue(std::string_view written) {
  if (written.size() >= 2 && (written.front() == '"' || written.front() == '\''))
    written = written.substr(1, written.size() - 2);
  std::string plain;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i] == '\\' && i + 1 < written.size()) ++i;
    plain += written[i];
  }
  return plain;
}

std::vector<ElementProperty> propertiesIn(std::string_view command) {
  std::vector<ElementProperty> properties;
  const auto words = wordsOf(command);
  for (std::size_t i = 1; words && i < words->size(); ++i) {
    const std::size_t equals = (*words)[i].find('=');
    if (equals != std::string_view::npos)
      properties.push_back(
          {std::string((*words)[i].substr(0, equals)), plainValue((*words)[i].substr(equals + 1))});
  }
  return properties;
}

bool isProperty(std::string_view word) {
  const std::size_t equals = word.find('=');
  return equals != std::string_view::npos && equals > 0 &&
         std::ranges::all_of(word.substr(0, equals), isNameCharacter);
}

std::optional<MediaKind> kindOf(const GstCaps* caps) {
  std::optional<MediaKind> kind;
  for (guint i = 0; i < gst_caps_get_size(caps); ++i) {
    const std::string_view name = gst_structure_get_name(gst_caps_get_structure(caps, i));
    if (name == "video/x-raw") kind = MediaKind::Video;
    if (name == "audio/x-raw") kind = MediaKind::Audio;
  }
  return kind;
}

// Of its pad for raw media; there may be another one, as for the text of an overlay.
std::optional<MediaKind> kindAt(GstElement* element, GstPadDirection direction) {
  for (const GList* item = GST_ELEMENT_PADS(element); item; item = item->next) {
    GstPad* const pad = GST_PAD(item->data);
    if (gst_pad_get_direction(pad) != direction) continue;
    const GstPtr<GstCaps> caps(gst_pad_get_pad_template_caps(pad));
    if (const auto kind = kindOf(caps.get())) return kind;
  }
  return std::nullopt;
}

}  // namespace

void ElementFilter::set(const ElementProperty& property) {
  std::erase_if(properties, [&](const auto& known) { return known.name == property.name; });
  properties.push_back(property);
}

std::optional<std::string> elementNameOf(std::string_view command) {
  const auto words = wordsOf(command);
  if (!words || words->empty()) return std::nullopt;
  const std::string_view name = words->front();
  if (!std::ranges::all_of(name, isNameCharacter)) return std::nullopt;
  if (!std::all_of(words->begin() + 1, words->end(), isProperty)) return std::nullopt;
  return std::string(name);
}

std::expected<GstPtr<GstElement>, std::string> makeElement(const ElementFilter& filter) {
  GError* raw_error = nullptr;
  GstElement* const element = gst_parse_launch_full(filter.command.c_str(), nullptr,
                                                    GST_PARSE_FLAG_FATAL_ERRORS, &raw_error);
  const GstPtr<GError> error(raw_error);
  GstPtr<GstElement> made(element ? GST_ELEMENT(gst_object_ref_sink(element)) : nullptr);
  if (!made || error) return std::unexpected(error ? error->message : "no element");
  // Once more: GStreamer 1.22 sets them while it constructs the element, where the default of
  // another property may follow (videoflip: method, video-direction). It has accepted them.
  for (const ElementProperty& property : propertiesIn(filter.command))
    (void)maybeSetProperty(made.get(), property);
  for (const ElementProperty& property : filter.properties)
    if (const auto set = maybeSetProperty(made.get(), property); !set)
      return std::unexpected(set.error());
  return made;
}

std::expected<MediaKind, std::string> tryFilter(const ElementFilter& filter) {
  startGStreamer();
  const auto made = makeElement(filter);
  if (!made) return std::unexpected("GStreamer element cannot be created: " + made.error());
  GstElementFactory* const factory = gst_element_get_factory(made->get());
  if (!factory || elementNameOf(filter.command) != GST_OBJECT_NAME(factory))
    return std::unexpected("Given command is not valid, only one element can be created");
  const auto in = kindAt(made->get(), GST_PAD_SINK), out = kindAt(made->get(), GST_PAD_SRC);
  if (!in || in != out)
    return std::unexpected("Given command is not valid, pad templates don't match");
  return *in;
}

std::expected<void, std::string> tryProperty(const ElementFilter& filter,
                                             const ElementProperty& property) {
  startGStreamer();
  const auto made = makeElement(filter);
  if (!made) return std::unexpected(made.error());
  return maybeSetProperty(made->get(), property);
}

std::expected<void, std::string> maybeSetProperty(GstElement* element,
                                                  const ElementProperty& property) {
  GParamSpec* const spec =
      g_object_class_find_property(G_OBJECT_GET_CLASS(element), property.name.c_str());
  const GstPtr<gchar> name(gst_object_get_name(GST_OBJECT(element)));
  if (!spec || !(spec->flags & G_PARAM_WRITABLE) || (spec->flags & G_PARAM_CONSTRUCT_ONLY))
    return std::unexpected("No property named '" + property.name + "' in object '" + name.get() +
                           "'");
  GValue value = G_VALUE_INIT;
  g_value_init(&value, spec->value_type);
  const bool is_read = G_VALUE_HOLDS_STRING(&value)
                           ? (g_value_set_string(&value, property.value.c_str()), true)
                           : gst_value_deserialize(&value, property.value.c_str());
  // A number out of range is brought into it, and that is not what was asked for.
  const bool fits = is_read && !g_param_value_validate(spec, &value);
  if (fits) g_object_set_property(G_OBJECT(element), spec->name, &value);
  g_value_unset(&value);
  if (fits) return {};
  return std::unexpected("Cannot convert '" + property.value + "' to " +
                         (G_IS_PARAM_SPEC_ENUM(spec) ? "enum" : g_type_name(spec->value_type)) +
                         ": property '" + property.name + "'");
}

}  // namespace ms::frame
