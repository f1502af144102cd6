import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  build: { target: "es2023", assetsInlineLimit: 0 },
  // `npm run dev` beside a running gateway: MI_GATEWAY=http://127.0.0.1:7780
  server: {
    proxy: Object.fromEntries(
      ["/api", "^/[a-z.]+\\.v1\\."].map((path) => [
        path,
        { target: process.env.MI_GATEWAY ?? "http://127.0.0.1:7780" },
      ]),
    ),
  },
});
