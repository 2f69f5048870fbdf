# What the R package chaidr 0.1.0 makes of the studies in crates/chaid/tests/peers: goldens for crates/chaid.
#
# Run:    Rscript tests/oracle/chaid_chaidr.R crates/chaid/tests/peers > crates/chaid/tests/peers/chaidr.csv
# Needs:  R and an installed package chaidr (MIT; CRAN); not needed for `make test`, which reads what it wrote.
# Writes: per study and settings one line per node, from the root down, children by their lowest category. The
#         settings are those of the example `grow` of crates/chaid, which reads them too. Fits are carried to 1e-10,
#         and a scale predictor is cut by the rule that chaidr has, Modeler's.
#
#         `cut_off`: merging and splitting again went round in a circle, and chaidr stopped it somewhere.
#
# chaidr works on p, not on its logarithm, and says nothing of predictors that lost: for them each study is also
# analysed with each predictor alone, without sizes, and only the root is written.

library(chaidr)

folder <- commandArgs(trailingOnly = TRUE)[1]

# A study as chaidr wants it: factors, ordered factors, numbers.
read_study <- function(file) {
  raw <- read.csv(file, check.names = FALSE, na.strings = "")
  parts <- strsplit(names(raw), ":", fixed = TRUE)
  typed <- Map(function(column, part) {
    if (length(part) == 1 || part[2] == "scale") return(column)
    factor(column, levels = 0:max(column, na.rm = TRUE), ordered = part[2] == "ordinal")
  }, raw, parts)
  names(typed) <- vapply(parts, `[`, "", 1)
  as.data.frame(typed, stringsAsFactors = FALSE)
}

# `key=value …` to chaidr's control.
control_of <- function(settings) {
  get <- function(key, default) if (is.null(settings[[key]])) default else settings[[key]]
  num <- function(key, default) as.numeric(get(key, default))
  small <- get("small", "while_merging")
  chaid_control(
    alpha_merge = num("alpha_merge", 0.05), alpha_split = num("alpha_split", 0.05),
    resplit = !is.null(settings$resplit), alpha_split_merge = num("resplit", 0.05),
    bonferroni = get("adjustment", "bonferroni") != "none",
    exhaustive_adjust = if (get("adjustment", "") == "spss") "spss" else "biggs",
    stat = get("statistic", "pearson"), max_depth = num("max_depth", 3), min_parent = max(1, num("min_parent", 100)),
    min_child = max(1, num("min_child", 50)),
    min_segment = if (small == "while_merging") max(1, num("min_child", 50)) else NULL,
    n_bins = 10, epsilon = 1e-10, max_iter = 100000
  )
}

stops <- c(pure = "Pure", max_depth = "MaxDepth", min_parent = "MinParent", no_predictor = "NoPredictor",
           not_significant = "NotSignificant", min_child = "MinChild")
number <- function(x) formatC(x, digits = 17, format = "g", width = 1)

# Groups as `0 1|2 m`, in the order of their lowest categories, and that order.
groups_of <- function(groups, predictor) {
  missing <- if (anyNA(match("<NA>", predictor$levels))) Inf else predictor$ncat
  order <- order(vapply(groups, min, 0))
  name <- function(code) if (code == missing) "m" else as.character(code - 1)
  text <- vapply(groups[order], function(group) paste(vapply(sort(group), name, ""), collapse = " "), "")
  list(text = paste(text, collapse = "|"), order = order)
}

print_tree <- function(fit, start, root_only) {
  number_of <- 0
  visit <- function(id, parent) {
    node <- fit$nodes[[id]]
    own <- number_of
    number_of <<- number_of + 1
    if (is.null(node$split)) {
      cat(start, own, parent, node$Nf, stops[[node$terminal_reason]], "", "", "", "", "", "", "", "", sep = ",")
      cat("\n")
      return(invisible())
    }
    split <- node$split
    predictor <- fit$predictors[[split$var_index]]
    groups <- groups_of(split$groups, predictor)
    cat(start, own, parent, node$Nf, "", split$var, groups$text, number(split$statistic), split$df[1],
        if (length(split$df) > 1) split$df[2] else "", number(split$p_unadj), number(split$B), number(split$p_adj), sep = ",")
    cat("\n")
    if (root_only) return(invisible())
    for (child in split$children[groups$order]) visit(child, own)
  }
  visit(1, "")
}

run <- function(name, data, text) {
  pairs <- strsplit(strsplit(text, " ")[[1]], "=", fixed = TRUE)
  settings <- setNames(lapply(pairs, `[`, 2), vapply(pairs, `[`, "", 1))
  weights <- data$weight
  frequency <- data$frequency
  columns <- data[setdiff(names(data), c("weight", "frequency"))]
  if (!is.null(settings$only)) {
    columns <- columns[c("y", settings$only)]
    settings <- c(settings, alpha_split = 1, max_depth = 1, min_parent = 0, min_child = 0)
  }
  method <- if (is.null(settings$method)) "chaid" else settings$method
  warned <- 0
  fit <- withCallingHandlers(
    chaid(y ~ ., data = columns, weights = weights, freq = frequency, method = method, control = control_of(settings)),
    warning = function(w) {
      if (!grepl("iteration limit", conditionMessage(w))) stop(w)
      warned <<- 1
      invokeRestart("muffleWarning")
    }
  )
  print_tree(fit, paste(name, text, warned, sep = ","), !is.null(settings$only))
}

sizes <- "min_parent=60 min_child=20"
trees <- c(
  sizes, paste(sizes, "small=at_split"), paste(sizes, "method=exhaustive"),
  paste(sizes, "method=exhaustive adjustment=spss"), paste(sizes, "alpha_merge=0.3"),
  paste(sizes, "alpha_merge=0.001 max_depth=5"), "min_parent=40 min_child=10 adjustment=none max_depth=6",
  paste(sizes, "alpha_merge=0.2 resplit=0.1"), paste(sizes, "alpha_merge=0.01 resplit=0.05")
)
# Each with one predictor only.
alone <- c("", "method=exhaustive ", "alpha_merge=0.4 ", "alpha_merge=0.001 ", "alpha_merge=0.2 resplit=0.05 ", "alpha_merge=0.001 resplit=0.1 ",
           "alpha_merge=1 ")

cat("study,settings,cut_off,node,parent,n,stop,predictor,groups,value,df,df_within,p,multiplier,p_adjusted\n")
for (file in sort(Sys.glob(file.path(folder, "*.csv")))) {
  name <- sub("[.]csv$", "", basename(file))
  if (name == "chaidr" || startsWith(name, "r_forge")) next
  data <- read_study(file)
  statistics <- if (is.factor(data$y) && !is.ordered(data$y)) c("", "statistic=lr ") else ""
  for (settings in trees) run(name, data, settings)
  if (length(statistics) > 1) run(name, data, paste(trees[1], "statistic=lr"))
  for (predictor in setdiff(names(data), c("y", "weight", "frequency"))) {
    for (statistic in statistics) {
      for (settings in alone) {
        run(name, data, paste0(statistic, settings, "only=", predictor))
      }
    }
  }
}
