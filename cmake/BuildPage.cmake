# cmake -DWEB=web -DOUT=build/web -DNPM=npm -P BuildPage.cmake
#
# Installs web/node_modules when it is missing or does not match package-lock.json, then builds the
# page into OUT. Locked, so that two build folders of one checkout do not install at the same time.
file(LOCK ${WEB}/.cache/build.lock GUARD PROCESS TIMEOUT 600)

file(SHA256 ${WEB}/package-lock.json wanted)
set(stamp ${WEB}/node_modules/.lynxbench-lock)
set(installed "")
if(EXISTS ${stamp})
  file(READ ${stamp} installed)
endif()
if(NOT installed STREQUAL wanted)
  execute_process(COMMAND ${NPM} ci --no-audit --no-fund --ignore-scripts --loglevel=error
                  WORKING_DIRECTORY ${WEB} RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "npm ci failed in ${WEB} (${failed}): the page's dependencies could not be "
                        "installed. Is the npm registry reachable?")
  endif()
  file(WRITE ${stamp} ${wanted})
endif()

execute_process(COMMAND ${NPM} run build --silent --loglevel=error -- --outDir ${OUT} --emptyOutDir
                        --logLevel warn
                WORKING_DIRECTORY ${WEB} RESULT_VARIABLE failed)
if(failed OR NOT EXISTS ${OUT}/index.html)
  message(FATAL_ERROR "The report's page could not be built in ${WEB}; the messages above say why.")
endif()
