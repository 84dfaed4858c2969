select `a`.b$files, $$x$$ /* a /* b */ */ -- c
 from "q""d" version as of 1e-3