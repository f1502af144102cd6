import { type ComponentType, lazy } from "react";
import { BudgetIcon, ExplorerIcon, OverviewIcon } from "../components/icons.tsx";

/** A page of the dashboard. */
export interface Page {
  readonly path: string;
  readonly title: string;
  readonly icon: ComponentType;
  readonly component: ComponentType;
}

// A new page is a folder here and a line in this list; its code is loaded when
// somebody opens it.
export const pages: readonly [Page, ...Page[]] = [
  {
    path: "/",
    title: "Overview",
    icon: OverviewIcon,
    component: lazy(() => import("./overview/overview.tsx")),
  },
  {
    path: "/explorer",
    title: "Campaign explorer",
    icon: ExplorerIcon,
    component: lazy(() => import("./explorer/explorer.tsx")),
  },
  {
    path: "/budget",
    title: "Budget planner",
    icon: BudgetIcon,
    component: lazy(() => import("./budget/budget.tsx")),
  },
];
