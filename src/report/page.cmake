# Builds the report's page (web/) into one HTML file and embeds it in lynx_report (page.cc).
find_program(LYNXBENCH_NPM npm)
if(NOT LYNXBENCH_NPM)
  message(FATAL_ERROR "npm is missing. The HTML report's page in web/ is built with it; install Node.js "
                      "18 or newer with npm, or set -DLYNXBENCH_NPM=/path/to/npm.")
endif()

set(lynx_web ${PROJECT_SOURCE_DIR}/web)
set(lynx_page ${PROJECT_BINARY_DIR}/web/index.html)
file(GLOB_RECURSE lynx_web_sources CONFIGURE_DEPENDS ${lynx_web}/src/*)
add_custom_command(
  OUTPUT ${lynx_page}
  COMMAND ${CMAKE_COMMAND} -DWEB=${lynx_web} -DOUT=${PROJECT_BINARY_DIR}/web -DNPM=${LYNXBENCH_NPM}
          -P ${PROJECT_SOURCE_DIR}/cmake/BuildPage.cmake
  DEPENDS ${lynx_web_sources} ${lynx_web}/index.html ${lynx_web}/vite.config.js ${lynx_web}/tsconfig.json
          ${lynx_web}/package.json ${lynx_web}/package-lock.json
          ${PROJECT_SOURCE_DIR}/cmake/BuildPage.cmake
  COMMENT "Building the report's page"
  VERBATIM)
set_source_files_properties(${CMAKE_CURRENT_SOURCE_DIR}/report/page.cc PROPERTIES
  OBJECT_DEPENDS ${lynx_page}
  COMPILE_DEFINITIONS "LYNXBENCH_PAGE=\"${lynx_page}\"")

# The page's formatting of quantities, against the same table that report_test reads.
add_test(NAME report_page COMMAND ${LYNXBENCH_NPM} test --silent WORKING_DIRECTORY ${lynx_web})
set_tests_properties(report_page PROPERTIES LABELS report TIMEOUT 120)
