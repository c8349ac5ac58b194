# json.cmake - is FILE one JSON value, and is there something at PATH (words by `;`), equal to VALUE
# if that is given? `cmake -DFILE=... -DPATH=... [-DVALUE=...] [-DTYPE=...] -P json.cmake`
file(READ ${FILE} text)
string(JSON found GET "${text}" ${PATH})
if(DEFINED VALUE AND NOT found STREQUAL VALUE)
    message(FATAL_ERROR "${PATH}: ${found}, not ${VALUE}")
endif()
if(DEFINED TYPE)
    string(JSON type TYPE "${text}" ${PATH})
    if(NOT type STREQUAL TYPE)
        message(FATAL_ERROR "${PATH}: a ${type}, not a ${TYPE}")
    endif()
endif()
