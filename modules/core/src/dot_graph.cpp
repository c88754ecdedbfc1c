#include "modules/core/src/dot_graph.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <numeric>
#include <set>
#include <sstream>

#include "modules/core/src/media_element.h"
#include "server/base/log.h"
#include "server/model/descriptor.h"

namespace ms::core {
namespace {

LogCategory category("KurentoDotGraph");

// Text that a client chose stays inside its quotes.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return result + '"';
}

void writeNode(std::ostream& out, const MediaElement& element) {
  out << "  " << quoted(element.id()) << " [label=" << quoted(element.descriptor().name) << "];\n";
}

}  // namespace

std::string dotGraph(const std::vector<const MediaElement*>& elements) {
  std::set<const MediaElement*> nodes(elements.begin(), elements.end());
  std::ostringstream edges;
  for (const MediaElement* element : elements) {
    for (const auto& [type, sink] : element->sinks()) {
      nodes.insert(sink);
      edges << "  " << quoted(element->id()) << " -> " << quoted(sink->id())
            << " [label=" << quoted(api::nameOf(type)) << "];\n";
    }
  }
  std::ostringstream graph;
  graph << "digraph pipeline {\n  rankdir=LR;\n  node [shape=box];\n";
  for (const MediaElement* node : nodes) writeNode(graph, *node);
  graph << edges.str() << "}\n";
  return graph.str();
}

void drawAll(std::vector<Draw> drawings, OnDrawn done) {
  if (drawings.empty()) return done({});
  struct Sheet {
    std::vector<std::string> parts;
    std::size_t missing;
    OnDrawn done;
  };
  const std::size_t count = drawings.size();
  const auto sheet =
      std::make_shared<Sheet>(Sheet{std::vector<std::string>(count), count, std::move(done)});
  for (std::size_t i = 0; i < count; ++i)
    drawings[i]([sheet, i](std::string part) {
      sheet->parts[i] = std::move(part);
      if (--sheet->missing > 0) return;
      sheet->done(std::accumulate(sheet->parts.begin(), sheet->parts.end(), std::string()));
    });
}

model::Answer<std::string> answerDump(std::string name, model::Answer<void> answer) {
  return [name = std::move(name), answer = std::move(answer)](auto dot) mutable {
    writeDotFile(name, *dot);
    answer({});
  };
}

void writeDotFile(const std::string& name, const std::string& dot) {
  const char* const folder = std::getenv("GST_DEBUG_DUMP_DOT_DIR");
  if (!folder) return;
  static std::atomic<unsigned> number = 0;
  std::string safe_name = name.substr(name.rfind('/') + 1, 100);
  for (char& c : safe_name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '-') c = '_';
  const auto path =
      std::filesystem::path(folder) / (std::to_string(++number) + "-" + safe_name + ".dot");
  std::ofstream file(path);
  file << dot;
  if (!file.flush()) MS_LOG(category, Warning, "Cannot write " << path);
}

}  // namespace ms::core
