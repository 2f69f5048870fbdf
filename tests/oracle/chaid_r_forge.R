# What the R package CHAID 0.1-2 of R-Forge makes of the studies `crowded*` in crates/chaid/tests/peers: goldens.
#
# Run:    Rscript tests/oracle/chaid_r_forge.R crates/chaid/tests/peers > crates/chaid/tests/peers/r_forge.csv
# Needs:  R and an installed package CHAID (GPL-2; R-Forge); not needed for `make test`, which reads what it wrote.
# Writes: per study and settings one line per node, from the root down, with the adjusted p of every predictor there
#         (`x0 0.01;x1 0.3`). Settings are those of the example `grow` of crates/chaid.
#
# `r_forge_corrected.csv` is the same from a copy in which one index was put right; crates/chaid/tests/peers/README.md
# says which and why.
#
# It knows a nominal outcome, Pearson's chi-square, no missing values, no exhaustive method. Tables below 100 cases
# it tests by permutation, so that only full tables can be compared.

suppressPackageStartupMessages(library(CHAID))

folder <- commandArgs(trailingOnly = TRUE)[1]

read_study <- function(file) {
  raw <- read.csv(file, check.names = FALSE)
  parts <- strsplit(names(raw), ":", fixed = TRUE)
  typed <- Map(function(column, part) {
    if (length(part) == 1) return(column)
    factor(column, levels = 0:max(column), ordered = part[2] == "ordinal")
  }, raw, parts)
  names(typed) <- vapply(parts, `[`, "", 1)
  as.data.frame(typed)
}

number <- function(x) formatC(x, digits = 17, format = "g", width = 1)

run <- function(name, data, text) {
  pairs <- strsplit(strsplit(text, " ")[[1]], "=", fixed = TRUE)
  settings <- setNames(lapply(pairs, `[`, 2), vapply(pairs, `[`, "", 1))
  get <- function(key, default) if (is.null(settings[[key]])) default else as.numeric(settings[[key]])
  predictors <- if (is.null(settings$only)) setdiff(names(data), c("y", "frequency")) else settings$only
  control <- chaid_control(
    alpha2 = get("alpha_merge", 0.05), alpha3 = get("resplit", -1), alpha4 = if (is.null(settings$only)) 0.05 else Inf,
    minsplit = get("min_parent", 100), minbucket = 0, minprob = 0, maxheight = if (is.null(settings$only)) 3 else 1
  )
  formula <- as.formula(paste("y ~", paste(predictors, collapse = " + ")))
  tree <- chaid(formula, data = data, weights = frequency, control = control)
  number_of <- 0
  visit <- function(node, parent, rows) {
    own <- number_of
    number_of <<- number_of + 1
    split <- split_node(node)
    p <- info_node(node)$adjpvals
    shown <- paste(names(p), number(p), collapse = ";")
    start <- paste(name, text, own, parent, sum(data$frequency[rows]), sep = ",")
    if (is.null(split)) {
      cat(start, "", "", shown, sep = ",")
      cat("\n")
      return(invisible())
    }
    x <- data[[names(p)[split$varid]]]
    group <- split$index[as.integer(x)]
    present <- sort(unique(as.integer(x)[rows]))
    parts <- unname(split(present - 1, split$index[present]))
    order <- order(vapply(parts, min, 0))
    cat(start, names(p)[split$varid], paste(vapply(parts[order], paste, "", collapse = " "), collapse = "|"), shown, sep = ",")
    cat("\n")
    if (!is.null(settings$only)) return(invisible())
    kept <- sort(unique(split$index[present]))
    for (kid in kept[order]) visit(kids_node(node)[[kid]], own, rows & group == kid)
  }
  visit(node_party(tree), "", rep(TRUE, nrow(data)))
}

cat("study,settings,node,parent,n,predictor,groups,p_adjusted\n")
for (name in c("crowded", "crowded_three")) {
  data <- read_study(file.path(folder, paste0(name, ".csv")))
  for (alpha in c("0.05", "0.3", "0.0001")) run(name, data, paste0("min_parent=1000 min_child=0 alpha_merge=", alpha))
  for (predictor in setdiff(names(data), c("y", "frequency"))) {
    for (settings in c("alpha_merge=0.05", "alpha_merge=0.3", "alpha_merge=0.0001", "alpha_merge=0.2 resplit=0.05")) {
      run(name, data, paste0(settings, " only=", predictor))
    }
  }
}
