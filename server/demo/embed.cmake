# cmake -DFOLDER=server/demo -DOUT=x.cpp -P embed.cmake: writes the page's files as C++ arrays, and the
# function that finds them.
set(type_html "text/html; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")

file(GLOB files ${FOLDER}/*.html ${FOLDER}/*.css ${FOLDER}/*.js)
list(SORT files)
set(arrays "")
set(entries "")
foreach(file ${files})
  get_filename_component(name ${file} NAME)
  string(REGEX REPLACE "[^a-z0-9]" "_" symbol ${name})
  string(REGEX REPLACE ".*\\." "" extension ${name})
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND arrays "constexpr char ${symbol}[] = {${bytes}};\n")
  set(path "/${name}")
  if(name STREQUAL "index.html")
    set(path "/")
  endif()
  string(APPEND entries
    "    {\"${path}\", {\"${type_${extension}}\", {${symbol}, sizeof(${symbol})}}},\n")
endforeach()

file(WRITE ${OUT} "#include \"server/demo/static_files.h\"

namespace ms::demo {
namespace {

${arrays}
struct Entry {
  std::string_view path;
  StaticFile file;
};

constexpr Entry kEntries[] = {
${entries}};

}  // namespace

std::optional<StaticFile> findFile(std::string_view path) {
  path = path.substr(0, path.find('?'));
  for (const Entry& entry : kEntries) {
    if (entry.path == path) return entry.file;
  }
  return std::nullopt;
}

}  // namespace ms::demo
")
