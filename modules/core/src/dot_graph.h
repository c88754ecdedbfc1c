// The links of elements as a Graphviz digraph: what getGstreamerDot returns. Names follow the API;
// a label shows the class and the flow.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/model/answer.h"

namespace ms::core {

// Digraphs of chains of the frame plane, which draw themselves on threads of their own.
using OnDrawn = std::move_only_function<void(std::string)>;
using Draw = std::move_only_function<void(OnDrawn)>;
// On one loop, as their answers; `done` gets all of it in their order.
void drawAll(std::vector<Draw> drawings, OnDrawn done);

class MediaElement;

// The elements with the links that leave them.
std::string dotGraph(const std::vector<const MediaElement*>& elements);

// Writes `dot` to a new file in the folder that GST_DEBUG_DUMP_DOT_DIR names; nothing when it is
// unset. A folder that cannot be written to is named in the log.
void writeDotFile(const std::string& name, const std::string& dot);
// Writes what it is given, then answers.
model::Answer<std::string> answerDump(std::string name, model::Answer<void> answer);

}  // namespace ms::core
