export { type FileNameOptions, safeFileName } from './upload-file-name.js'
export { type FileOptions, type FileRules, type FilesOptions, fileSchema, filesSchema } from './upload-file-schema.js'
export { type FileFields, type UploadFormOptions, type UploadFormSchema, uploadForm } from './upload-form.js'
export { type PresignedUpload, type PresignUploadOptions, presignUpload, type StorageTarget } from './upload-presign.js'
