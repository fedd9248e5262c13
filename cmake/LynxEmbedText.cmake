# lynx_embed_text(TARGET FILE FUNCTION)
#
# Builds the bytes of the text file FILE into TARGET, as the function
#   std::string_view FUNCTION();      FUNCTION with its namespaces: lynxbench::contract::schema
# A change of FILE configures and builds again. FILE must not contain the six characters )LYNX".
function(lynx_embed_text TARGET FILE FUNCTION)
  file(READ ${FILE} content)
  string(FIND "${content}" ")LYNX\"" clash)
  if(NOT clash EQUAL -1)
    message(FATAL_ERROR "${FILE} holds )LYNX\", which lynx_embed_text cannot carry")
  endif()
  string(REGEX MATCH "^(.*)::([^:]+)$" matched ${FUNCTION})
  set(namespace ${CMAKE_MATCH_1})
  set(name ${CMAKE_MATCH_2})
  cmake_path(GET FILE FILENAME file_name)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/${TARGET}_${name}.cc)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT
"// Made from @file_name@ at configure time.
#include <string_view>

namespace @namespace@ {

std::string_view @name@() { return R\"LYNX(@content@)LYNX\"; }

}  // namespace @namespace@
")
  target_sources(${TARGET} PRIVATE ${generated})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${FILE})
endfunction()
