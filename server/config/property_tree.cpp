#include "server/config/property_tree.h"

#include <json/json.h>

#include <algorithm>
#include <boost/property_tree/info_parser.hpp>
#include <boost/property_tree/ini_parser.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <sstream>

#include "server/config/config_error.h"

namespace ms::config {
namespace {

namespace pt = boost::property_tree;

// Boost's XML reader and every tree's destructor recurse, so depth is bounded before they see the
// text. Braces and tags inside comments and strings count, too: generous enough for real files.
int xmlDepth(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '<' && text[i + 1] == '/') --depth;
    if (text[i] == '/' && text[i + 1] == '>') --depth;
    if (text[i] == '<' && text[i + 1] != '/' && text[i + 1] != '!' && text[i + 1] != '?') ++depth;
    depth = std::max(depth, 0);
    deepest = std::max(deepest, depth);
  }
  return deepest;
}

int infoDepth(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  for (const char c : text) {
    if (c == '{') ++depth;
    if (c == '}') depth = std::max(depth - 1, 0);
    deepest = std::max(deepest, depth);
  }
  return deepest;
}

void checkDepth(std::string_view text, Format format, const std::string& name) {
  const int depth = format == Format::Xml    ? xmlDepth(text)
                    : format == Format::Info ? infoDepth(text)
                                             : 0;
  if (depth > kMaxDepth)
    throw ConfigError(name + ": nested deeper than " + std::to_string(kMaxDepth) + " levels");
}

// INFO's #include would let one file name any other.
void refuseIncludes(std::string_view text, const std::string& name) {
  for (std::size_t at = text.find('#'); at != std::string_view::npos; at = text.find('#', at + 1))
    if (text.substr(at).starts_with("#include"))
      throw ConfigError(name + ": #include is not supported");
}

pt::ptree read(std::istream& stream, Format format) {
  pt::ptree tree;
  if (format == Format::Ini) pt::read_ini(stream, tree);
  if (format == Format::Info) pt::read_info(stream, tree);
  if (format == Format::Xml)
    pt::read_xml(stream, tree, pt::xml_parser::no_comments | pt::xml_parser::trim_whitespace);
  return tree;
}

Json::Value toJson(const pt::ptree& tree) {
  if (tree.empty()) return tree.data();
  const bool is_list =
      std::ranges::all_of(tree, [](const auto& child) { return child.first.empty(); });
  Json::Value json(is_list ? Json::arrayValue : Json::objectValue);
  for (const auto& [key, child] : tree) {
    if (is_list)
      json.append(toJson(child));
    else
      json[key] = toJson(child);
  }
  return json;
}

// "a.b" names b below a. Empty parts count as nothing.
Json::Value& descend(Json::Value& from, std::string_view path) {
  Json::Value* node = &from;
  for (int depth = 0; !path.empty() && depth < kMaxDepth; ++depth) {
    const auto dot = std::min(path.find('.'), path.size());
    if (dot > 0) {
      if (!node->isObject()) *node = Json::objectValue;
      node = &(*node)[std::string(path.substr(0, dot))];
    }
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return *node;
}

Json::Value iniToJson(const pt::ptree& tree) {
  Json::Value json(Json::objectValue);
  for (const auto& [name, section] : tree) {
    Json::Value& node = descend(json, name);
    if (section.empty()) {
      node = section.data();
      continue;
    }
    if (!node.isObject()) node = Json::objectValue;
    for (const auto& [key, value] : section) descend(node, key) = value.data();
  }
  return json;
}

}  // namespace

Json::Value parsePropertyTree(std::string_view text, Format format, const std::string& name) {
  checkDepth(text, format, name);
  if (format == Format::Info) refuseIncludes(text, name);
  std::istringstream stream{std::string(text)};
  try {
    const pt::ptree tree = read(stream, format);
    if (format == Format::Ini) return iniToJson(tree);
    return tree.empty() ? Json::Value(Json::objectValue) : toJson(tree);
  } catch (const pt::file_parser_error& error) {
    throw ConfigError(name + ":" + std::to_string(error.line()) + ": " + error.message());
  } catch (const pt::ptree_error& error) {
    throw ConfigError(name + ": " + error.what());
  }
}

}  // namespace ms::config
