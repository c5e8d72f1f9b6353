import { registerEnumType } from "type-graphql";

export enum MetricGoal {
  MAXIMIZE = "MAXIMIZE",
  MINIMIZE = "MINIMIZE",
}

registerEnumType(MetricGoal, {
  name: "MetricGoal",
  description: "Which values of a metric are better.",
  valuesConfig: {
    MAXIMIZE: { description: "The larger, the better; such as of a precision." },
    MINIMIZE: { description: "The smaller, the better; such as of a loss." },
  },
});
