# The report's interactive part: reports/web/src/*.ts, type-checked, bundled by esbuild into one
# script, and embedded in the program with the hash that the page's Content-Security-Policy allows.
# npm ci takes the versions of package-lock.json and installs below the build folder, never in the
# source tree.
find_program(RIPTIDE_NODE_JS NAMES node nodejs)
find_program(RIPTIDE_NPM npm)
if(NOT RIPTIDE_NODE_JS OR NOT RIPTIDE_NPM)
  message(FATAL_ERROR "The report's script is built with Node.js (18 or newer) and npm, and one of "
    "them is missing (node: ${RIPTIDE_NODE_JS}, npm: ${RIPTIDE_NPM}). Install them: "
    "apt-get install nodejs npm")
endif()

set(web_source ${PROJECT_SOURCE_DIR}/reports/web)
set(web_build ${PROJECT_BINARY_DIR}/web)
set(web_header ${PROJECT_BINARY_DIR}/generated/reports/web_assets.hpp)
file(GLOB_RECURSE web_scripts CONFIGURE_DEPENDS ${web_source}/src/*.ts)

# riptide_npm_ci(FOLDER BUILD_FOLDER): node_modules in the build folder, made again with the lock.
# The output is BUILD_FOLDER/node_modules/.package-lock.json, which npm writes last.
function(riptide_npm_ci folder build)
  add_custom_command(OUTPUT ${build}/node_modules/.package-lock.json
    COMMAND ${CMAKE_COMMAND} -E make_directory ${build}
    COMMAND ${CMAKE_COMMAND} -E copy ${folder}/package.json ${folder}/package-lock.json ${build}
    COMMAND ${CMAKE_COMMAND} -E chdir ${build} ${RIPTIDE_NPM} ci --ignore-scripts --no-audit
            --no-fund --no-update-notifier --loglevel=error
    COMMAND ${CMAKE_COMMAND} -E touch ${build}/node_modules/.package-lock.json
    DEPENDS ${folder}/package.json ${folder}/package-lock.json
    COMMENT "npm ci for ${folder}" VERBATIM)
endfunction()

riptide_npm_ci(${web_source} ${web_build})
add_custom_command(OUTPUT ${web_header}
  # The sources are compiled where node_modules is: tsc and esbuild look for packages beside them.
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${web_build}/src
  COMMAND ${CMAKE_COMMAND} -E copy_directory ${web_source}/src ${web_build}/src
  COMMAND ${CMAKE_COMMAND} -E copy ${web_source}/tsconfig.json ${web_source}/embed.mjs ${web_build}
  COMMAND ${RIPTIDE_NODE_JS} ${web_build}/node_modules/typescript/bin/tsc --noEmit -p ${web_build}
  COMMAND ${RIPTIDE_NODE_JS} ${web_build}/embed.mjs ${web_header} src/main.ts
          ${web_source}/style.css ${web_source}/picture.css
  DEPENDS ${web_build}/node_modules/.package-lock.json ${web_scripts} ${web_source}/tsconfig.json
          ${web_source}/style.css ${web_source}/picture.css ${web_source}/embed.mjs
  WORKING_DIRECTORY ${web_build}
  COMMENT "Type-checking and bundling the report's script" VERBATIM)
add_custom_target(riptide_web DEPENDS ${web_header})
target_sources(riptide_reports PRIVATE ${web_header})
add_dependencies(riptide_reports riptide_web)

# The browser tests drive the machine's own Chromium with playwright-core; nothing is downloaded but
# that package. tests/ui skips, and says so, when there is no Chromium.
if(RIPTIDE_TESTS)
  set(ui_build ${PROJECT_BINARY_DIR}/ui)
  riptide_npm_ci(${PROJECT_SOURCE_DIR}/tests/ui ${ui_build})
  add_custom_target(riptide_ui_packages ALL DEPENDS ${ui_build}/node_modules/.package-lock.json)
endif()
