# Completion of `quipu` for bash: the commands and options are those that `quipu --help` names.
_quipu() {
    local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words IFS=$'\n'

    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        words=$(quipu --help 2>/dev/null | sed -n '/^A first look/q;s/^  \([a-z][a-z-]*\) .*/\1/p')
        COMPREPLY=($(compgen -W "$words"$'\n--help\n--version' -- "$word"))
    elif [ "${word#-}" != "$word" ]; then
        words=$(quipu "$command" --help 2>/dev/null |
            sed -n 's/^  \(-., \)\{0,1\}\(--[a-z-]*\)\(=\{0,1\}\).*/\2\3/p')
        COMPREPLY=($(compgen -W "$words" -- "$word"))
        # A value follows a `=` without a blank.
        [ "${#COMPREPLY[@]}" -ne 1 ] || [ "${COMPREPLY[0]%=}" = "${COMPREPLY[0]}" ] ||
            compopt -o nospace 2>/dev/null
    else
        COMPREPLY=($(compgen -f -- "$word"))
    fi
}
complete -o filenames -F _quipu quipu
