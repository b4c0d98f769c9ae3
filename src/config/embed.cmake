# Writes OUTPUT, a C++ source that holds the files of SCHEMAS (a ;-list) as text.
# cmake -DSCHEMAS=… -DOUTPUT=… -P embed.cmake
set(text "// Made from api/*.yaml by src/config/embed.cmake.\n#include \"config/schema.h\"\n\n")
string(APPEND text "namespace fairway::config {\n\nconst std::vector<SchemaSource>& schema_sources() {\n")
string(APPEND text "    static const std::vector<SchemaSource> kSources = {\n")
foreach(schema IN LISTS SCHEMAS)
    get_filename_component(name ${schema} NAME)
    file(READ ${schema} content)
    string(APPEND text "        {\"api/${name}\", R\"_yaml_(${content})_yaml_\"},\n")
endforeach()
string(APPEND text "    };\n    return kSources;\n}\n\n}  // namespace fairway::config\n")
file(WRITE ${OUTPUT} "${text}")
