EXTRA_DIST += %D%/recategorise.md
