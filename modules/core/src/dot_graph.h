// The links of elements as a Graphviz digraph: what getGstreamerDot returns. Names follow the API;
// a label shows the class and the flow.
#pragma once

#include <string>
#include <vector>

namespace ms::core {

class MediaElement;

// The elements with the links that leave them.
std::string dotGraph(const std::vector<const MediaElement*>& elements);

// Writes `dot` to a new file in the folder that GST_DEBUG_DUMP_DOT_DIR names; nothing when it is
// unset. A folder that cannot be written to is named in the log.
void writeDotFile(const std::string& name, const std::string& dot);

}  // namespace ms::core
